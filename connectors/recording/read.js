/** Sends one request that reads, and waits for all of its answer. */
export default async ({ method, url, headers }) => {
  const response = await fetch(url, { method, headers, redirect: "manual" });
  await response.arrayBuffer();
};
