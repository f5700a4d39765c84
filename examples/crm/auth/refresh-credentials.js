export default async function refreshCredentials({ apiClient, credentials }) {
  const token = await apiClient.post(
    'oauth/token',
    {
      grant_type: 'refresh_token',
      refresh_token: credentials.refresh_token,
      client_id: credentials.client_id,
    },
    // The token endpoint is beside /v1, not below it.
    { baseUri: credentials.instance_uri },
  )
  return {
    access_token: token.access_token,
    refresh_token: token.refresh_token,
    expires_in: token.expires_in,
  }
}
