module.exports = ({ records }) => {
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const people = Array.from({ length: records }, (_, index) => ({
    id: index,
    name: `Person ${index % 997}`,
    email: `Person.${index}@Example.com `,
    orders: Array.from({ length: 5 }, () => ({ price: random() * 100, quantity: 1 + Math.floor(random() * 9) })),
  }));
  const mapped = people.map(({ id, name, email, orders }) => {
    const cleaned = email.trim().toLowerCase();
    let hash = 0;
    for (let i = 0; i < cleaned.length; i++) hash = (hash * 31 + cleaned.charCodeAt(i)) | 0;
    const total = orders.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
    return { key: `${hash >>> 0}-${id}`, name: name.split(' ').reverse().join(', '), total: Math.round(total * 100) / 100 };
  });
  const groups = new Map();
  for (const person of mapped) {
    const group = groups.get(person.name) ?? { count: 0, total: 0 };
    groups.set(person.name, { count: group.count + 1, total: group.total + person.total });
  }
  const sorted = [...groups].sort(([, a], [, b]) => b.total - a.total);
  return { groups: sorted.length, best: sorted[0][0] };
};
