exports.test = async function ({ apiClient }) {
  const me = await apiClient.get('me')
  return Boolean(me.id)
}
