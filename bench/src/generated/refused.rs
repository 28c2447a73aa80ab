//! The operations that nobody measures: every one of the contract must be there to mount any.
//! They refuse; what is measured stands in the parent.

use super::App;
use lockstep_runtime::actix::Call;
use spaces_contract::*;
use spaces_server::api::*;

macro_rules! refuse {
    ($($operation:ident($($argument:ty),*) -> $answer:ident, $refusal:ident;)*) => {$(
        async fn $operation(&self, _: &Call, $(_: $argument),*) -> Result<$answer, $refusal> {
            Err(lockstep_runtime::InternalError::because("not part of the benchmark").into())
        }
    )*};
}
pub(super) use refuse;

impl AuthApi for App {
    refuse! {
        change_password((), PasswordChange) -> ChangePasswordAnswer, ChangePasswordRefusal;
        login(Credentials) -> LoginAnswer, LoginRefusal;
        logout((), Option<Logout>) -> LogoutAnswer, LogoutRefusal;
        get_me((), GetMeParams) -> GetMeAnswer, GetMeRefusal;
        refresh_tokens(TokenRefresh) -> RefreshTokensAnswer, RefreshTokensRefusal;
        register(Registration) -> RegisterAnswer, RegisterRefusal;
    }
}

impl UsersApi for App {
    refuse! {
        complete_onboarding(()) -> CompleteOnboardingAnswer, CompleteOnboardingRefusal;
        get_preferences((), GetPreferencesParams) -> GetPreferencesAnswer, GetPreferencesRefusal;
        update_preferences((), UpdatePreferencesParams, PreferencesUpdate)
            -> UpdatePreferencesAnswer, UpdatePreferencesRefusal;
        get_profile((), GetProfileParams) -> GetProfileAnswer, GetProfileRefusal;
        update_profile((), UpdateProfileParams, ProfileUpdate) -> UpdateProfileAnswer, UpdateProfileRefusal;
        list_users((), ListUsersParams) -> ListUsersAnswer, ListUsersRefusal;
        create_user((), CreateUserParams, NewUser) -> CreateUserAnswer, CreateUserRefusal;
        delete_user((), DeleteUserParams) -> DeleteUserAnswer, DeleteUserRefusal;
        get_user((), GetUserParams) -> GetUserAnswer, GetUserRefusal;
        update_user((), UpdateUserParams, UserUpdate) -> UpdateUserAnswer, UpdateUserRefusal;
        list_user_activity((), ListUserActivityParams) -> ListUserActivityAnswer, ListUserActivityRefusal;
        set_user_role((), SetUserRoleParams, UserRoleChange) -> SetUserRoleAnswer, SetUserRoleRefusal;
    }
}

impl MembersApi for App {
    refuse! {
        list_members((), ListMembersParams) -> ListMembersAnswer, ListMembersRefusal;
        invite_member((), InviteMemberParams, MemberInvitation) -> InviteMemberAnswer, InviteMemberRefusal;
        remove_member((), RemoveMemberParams) -> RemoveMemberAnswer, RemoveMemberRefusal;
        set_member_role((), SetMemberRoleParams, MemberRoleChange) -> SetMemberRoleAnswer, SetMemberRoleRefusal;
    }
}

impl InvitationsApi for App {
    refuse! {
        create_invitation((), CreateInvitationParams, NewInvitation) -> CreateInvitationAnswer, CreateInvitationRefusal;
        accept_invitation((), InvitationCode) -> AcceptInvitationAnswer, AcceptInvitationRefusal;
        decline_invitation((), InvitationReference) -> DeclineInvitationAnswer, DeclineInvitationRefusal;
        list_pending_invitations((), ListPendingInvitationsParams)
            -> ListPendingInvitationsAnswer, ListPendingInvitationsRefusal;
        validate_invitation(ValidateInvitationParams) -> ValidateInvitationAnswer, ValidateInvitationRefusal;
        revoke_invitation((), RevokeInvitationParams) -> RevokeInvitationAnswer, RevokeInvitationRefusal;
    }
}

impl TasksApi for App {
    refuse! {
        list_tasks((), ListTasksParams) -> ListTasksAnswer, ListTasksRefusal;
        create_task((), CreateTaskParams, NewTask) -> CreateTaskAnswer, CreateTaskRefusal;
        batch_tasks((), BatchTasksParams, TaskBatch) -> BatchTasksAnswer, BatchTasksRefusal;
        delete_task((), DeleteTaskParams) -> DeleteTaskAnswer, DeleteTaskRefusal;
        get_task((), GetTaskParams) -> GetTaskAnswer, GetTaskRefusal;
        patch_task((), PatchTaskParams, TaskPatch) -> PatchTaskAnswer, PatchTaskRefusal;
        update_task((), UpdateTaskParams, TaskUpdate) -> UpdateTaskAnswer, UpdateTaskRefusal;
        list_task_comments((), ListTaskCommentsParams) -> ListTaskCommentsAnswer, ListTaskCommentsRefusal;
        add_task_comment((), AddTaskCommentParams, NewComment) -> AddTaskCommentAnswer, AddTaskCommentRefusal;
        set_task_status((), SetTaskStatusParams, TaskStatusChange) -> SetTaskStatusAnswer, SetTaskStatusRefusal;
        list_user_tasks((), ListUserTasksParams) -> ListUserTasksAnswer, ListUserTasksRefusal;
        create_user_task((), CreateUserTaskParams, NewUserTask) -> CreateUserTaskAnswer, CreateUserTaskRefusal;
        delete_user_task((), DeleteUserTaskParams) -> DeleteUserTaskAnswer, DeleteUserTaskRefusal;
        get_user_task((), GetUserTaskParams) -> GetUserTaskAnswer, GetUserTaskRefusal;
        patch_user_task((), PatchUserTaskParams, UserTaskPatch) -> PatchUserTaskAnswer, PatchUserTaskRefusal;
        replace_user_task((), ReplaceUserTaskParams, UserTaskUpdate) -> ReplaceUserTaskAnswer, ReplaceUserTaskRefusal;
    }
}

impl EventsApi for App {
    refuse! {
        list_events((), ListEventsParams) -> ListEventsAnswer, ListEventsRefusal;
        ingest_events((), EventBatch) -> IngestEventsAnswer, IngestEventsRefusal;
        get_event((), GetEventParams) -> GetEventAnswer, GetEventRefusal;
        create_task_from_event((), CreateTaskFromEventParams, Option<EventTask>)
            -> CreateTaskFromEventAnswer, CreateTaskFromEventRefusal;
    }
}

impl DashboardApi for App {
    refuse! {
        get_events_stats((), GetEventsStatsParams) -> GetEventsStatsAnswer, GetEventsStatsRefusal;
        get_dashboard_overview((), GetDashboardOverviewParams)
            -> GetDashboardOverviewAnswer, GetDashboardOverviewRefusal;
        get_tasks_stats((), GetTasksStatsParams) -> GetTasksStatsAnswer, GetTasksStatsRefusal;
        get_users_stats((), GetUsersStatsParams) -> GetUsersStatsAnswer, GetUsersStatsRefusal;
    }
}

impl ConfigurationApi for App {
    refuse! {
        get_aws_config((), GetAwsConfigParams) -> GetAwsConfigAnswer, GetAwsConfigRefusal;
        update_aws_config((), UpdateAwsConfigParams, AwsConfig) -> UpdateAwsConfigAnswer, UpdateAwsConfigRefusal;
        test_aws_connection(()) -> TestAwsConnectionAnswer, TestAwsConnectionRefusal;
        get_monitoring_config((), GetMonitoringConfigParams) -> GetMonitoringConfigAnswer, GetMonitoringConfigRefusal;
        update_monitoring_config((), UpdateMonitoringConfigParams, MonitoringConfig)
            -> UpdateMonitoringConfigAnswer, UpdateMonitoringConfigRefusal;
    }
}
