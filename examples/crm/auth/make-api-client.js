exports.makeApiClient = function ({ credentials }) {
  return {
    baseUri: `${credentials.instance_uri}/v1`,
    headers: { Authorization: `Bearer ${credentials.access_token}` },
  }
}
