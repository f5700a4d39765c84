// The packages of the contract that methods import.
const connectorSdk = () => ({ __esModule: true, ...errors, ...enums, ...handlers, RestApiClient });

const CONNECTOR_SDK = [
  "@integration-app/connector-sdk",
  "@integration-app/sdk",
  "@integration-app/sdk/connector-api",
  "@integration-app/sdk/data-collections",
  "@integration-app/sdk/data-locations",
  "@integration-app/sdk/errors",
  "@membranehq/sdk",
];
for (const name of CONNECTOR_SDK) core.provide(name, connectorSdk);
