// What many methods do, so that V8 has compiled for them what they need.
"use strict";

class Prices {
  #sum = 0;

  add({ price = 0 }) {
    this.#sum += price;
    return this;
  }

  get sum() {
    return this.#sum;
  }
}

const named = (items) => items.map((item) => ({ ...item, label: `${item.id}: ${item.name ?? "without a name"}` }));

module.exports = async function rehearse({ apiClient, number = 2 }) {
  const prices = await new Promise((resolve) => resolve(new Prices()));
  const items = await apiClient.get("/items", { page: 1, tags: ["new", "old"] });
  for (const item of named(items)) prices.add(item);
  console.log("%d items cost", items.length, `${prices.sum}`);
  const [made] = await Promise.all([apiClient.post("/items", { name: "book", at: new Date(0) }), number]);
  try {
    await apiClient.get("/missing");
  } catch (error) {
    console.warn(error.message, error.stack.length);
  }
  return { made, sum: Math.round(prices.sum), at: new Date(), by: Math.random() < 1 };
};
