export default async function create({ apiClient, fields }) {
  const contact = await apiClient.post('contacts', fields)
  console.log(`created ${contact.id}`)
  return { id: contact.id }
}
