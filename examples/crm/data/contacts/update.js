export default async function update({ apiClient, id, fields }) {
  const contact = await apiClient.patch(`contacts/${encodeURIComponent(id)}`, fields)
  return { id: contact.id }
}
