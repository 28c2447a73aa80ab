//! Operations of the tag Dashboard: figures of one space or of all spaces of the caller, and for admins of all users.
//! To everybody but its members a space does not exist.

use lockstep_runtime::actix::Call;
use lockstep_runtime::{Failure, NotFound};
use uuid::Uuid;

use crate::api::{
    DashboardApi, GetDashboardOverviewAnswer, GetDashboardOverviewParams, GetDashboardOverviewRefusal,
    GetEventsStatsAnswer, GetEventsStatsParams, GetEventsStatsRefusal, GetTasksStatsAnswer, GetTasksStatsParams,
    GetTasksStatsRefusal, GetUsersStatsAnswer, GetUsersStatsParams, GetUsersStatsRefusal,
};
use crate::app::{App, Caller};

impl DashboardApi for App {
    async fn get_events_stats(
        &self,
        _call: &Call,
        caller: Caller,
        params: GetEventsStatsParams,
    ) -> Result<GetEventsStatsAnswer, GetEventsStatsRefusal> {
        let spaces = self.spaces_to_show(&caller, params.space_id).await?;
        let body = self.store.get_events_stats(&spaces, params.days).await?;
        Ok(GetEventsStatsAnswer::Ok { body })
    }

    async fn get_dashboard_overview(
        &self,
        _call: &Call,
        caller: Caller,
        params: GetDashboardOverviewParams,
    ) -> Result<GetDashboardOverviewAnswer, GetDashboardOverviewRefusal> {
        let spaces = self.spaces_to_show(&caller, params.space_id).await?;
        let body = self.store.get_dashboard_overview(&spaces).await?;
        Ok(GetDashboardOverviewAnswer::Ok { body })
    }

    async fn get_tasks_stats(
        &self,
        _call: &Call,
        caller: Caller,
        params: GetTasksStatsParams,
    ) -> Result<GetTasksStatsAnswer, GetTasksStatsRefusal> {
        let spaces = self.spaces_to_show(&caller, params.space_id).await?;
        let body = self.store.get_tasks_stats(&spaces, params.days).await?;
        Ok(GetTasksStatsAnswer::Ok { body })
    }

    async fn get_users_stats(
        &self,
        _call: &Call,
        _caller: Caller,
        params: GetUsersStatsParams,
    ) -> Result<GetUsersStatsAnswer, GetUsersStatsRefusal> {
        let body = self.store.get_users_stats(params.days).await?;
        Ok(GetUsersStatsAnswer::Ok { body })
    }
}

impl App {
    /// The space that is asked for, or all of the caller's.
    pub(super) async fn spaces_to_show(
        &self,
        caller: &Caller,
        wanted: Option<Uuid>,
    ) -> Result<Vec<Uuid>, Failure<NotFound>> {
        let user_id = caller.user.user_id;
        let spaces = match wanted {
            Some(space_id) => vec![self.store.get_space(user_id, space_id).await?],
            None => self.store.all_spaces(user_id).await?,
        };
        Ok(spaces.iter().map(|space| space.space_id()).collect())
    }
}
