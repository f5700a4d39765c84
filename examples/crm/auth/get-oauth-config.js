exports.getOAuthConfig = function ({ connectorParameters, connectionInput }) {
  return {
    clientId: connectorParameters.clientId,
    clientSecret: connectorParameters.clientSecret,
    authorizeUri: `${connectionInput.instance_uri}/oauth/authorize`,
    tokenUri: `${connectionInput.instance_uri}/oauth/token`,
    scopes: ['contacts', 'companies', 'deals', 'reports.read'],
    clientAuthLocation: 'body',
  }
}
