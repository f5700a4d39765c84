module.exports = async ({ apiClient, bytes }) => {
  const file = await apiClient.get(`/file?bytes=${bytes}`, {}, { responseType: 'stream' });
  return apiClient.put('/file', file);
};
