// The packages of the contract that methods import.
const connectorSdk = () => ({
  __esModule: true,
  ...errors,
  RestApiClient,
  ConnectionErrorKey: ObjectFreeze({
    CONNECTION_IS_DEFUNCT: "connection_is_defunct",
    ACCESS_TOKEN_EXPIRED: "access_token_expired",
    RATE_LIMIT_EXCEEDED: "rate_limit_exceeded",
  }),
});

for (const name of ["@integration-app/connector-sdk", "@integration-app/sdk", "@integration-app/sdk/errors", "@membranehq/sdk"]) {
  core.provide(name, connectorSdk);
}
