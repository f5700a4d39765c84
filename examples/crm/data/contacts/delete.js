module.exports = async function ({ apiClient, id }) {
  await apiClient.delete(`contacts/${encodeURIComponent(id)}`)
  return {}
}
