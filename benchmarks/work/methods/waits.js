module.exports = async ({ apiClient }) => {
  const { items } = await apiClient.get('/items');
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  return items.length;
};
