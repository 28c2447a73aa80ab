//! Operations of the tag Dashboard.

use lockstep_runtime::InternalError;
use lockstep_runtime::actix::Call;

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
        _caller: Caller,
        _params: GetEventsStatsParams,
    ) -> Result<GetEventsStatsAnswer, GetEventsStatsRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn get_dashboard_overview(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: GetDashboardOverviewParams,
    ) -> Result<GetDashboardOverviewAnswer, GetDashboardOverviewRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn get_tasks_stats(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: GetTasksStatsParams,
    ) -> Result<GetTasksStatsAnswer, GetTasksStatsRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn get_users_stats(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: GetUsersStatsParams,
    ) -> Result<GetUsersStatsAnswer, GetUsersStatsRefusal> {
        Err(InternalError::because("not built yet"))?
    }
}
