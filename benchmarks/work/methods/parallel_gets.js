module.exports = async ({ apiClient, times }) => {
  const pages = await Promise.all(Array.from({ length: times }, () => apiClient.get('/items')));
  return pages.reduce((items, page) => items + page.items.length, 0);
};
