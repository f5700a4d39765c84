module.exports = async ({ apiClient, times }) => {
  let items = 0;
  for (let i = 0; i < times; i++) items += (await apiClient.get('/items')).items.length;
  return items;
};
