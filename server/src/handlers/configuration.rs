//! Operations of the tag Configuration.

use lockstep_runtime::InternalError;
use lockstep_runtime::actix::Call;
use spaces_contract::{AwsConfig, MonitoringConfig};

use crate::api::{
    ConfigurationApi, GetAwsConfigAnswer, GetAwsConfigParams, GetAwsConfigRefusal, GetMonitoringConfigAnswer,
    GetMonitoringConfigParams, GetMonitoringConfigRefusal, TestAwsConnectionAnswer, TestAwsConnectionRefusal,
    UpdateAwsConfigAnswer, UpdateAwsConfigParams, UpdateAwsConfigRefusal, UpdateMonitoringConfigAnswer,
    UpdateMonitoringConfigParams, UpdateMonitoringConfigRefusal,
};
use crate::app::{App, Caller};

impl ConfigurationApi for App {
    async fn get_aws_config(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: GetAwsConfigParams,
    ) -> Result<GetAwsConfigAnswer, GetAwsConfigRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn update_aws_config(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: UpdateAwsConfigParams,
        _body: AwsConfig,
    ) -> Result<UpdateAwsConfigAnswer, UpdateAwsConfigRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn test_aws_connection(
        &self,
        _call: &Call,
        _caller: Caller,
    ) -> Result<TestAwsConnectionAnswer, TestAwsConnectionRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn get_monitoring_config(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: GetMonitoringConfigParams,
    ) -> Result<GetMonitoringConfigAnswer, GetMonitoringConfigRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn update_monitoring_config(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: UpdateMonitoringConfigParams,
        _body: MonitoringConfig,
    ) -> Result<UpdateMonitoringConfigAnswer, UpdateMonitoringConfigRefusal> {
        Err(InternalError::because("not built yet"))?
    }
}
