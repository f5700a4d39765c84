module.exports = async ({ apiClient }) => {
  const { records } = await apiClient.get('/records');
  const mapped = records.map(({ id, name, email, amount, address, tags }) => ({
    key: id,
    label: `${name} <${email}>`,
    cents: Math.round(amount * 100),
    place: `${address.city}, ${address.country}`,
    tags: tags.join(' '),
  }));
  return { records: mapped.length, cents: mapped.reduce((sum, { cents }) => sum + cents, 0) };
};
