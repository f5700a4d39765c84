export default async function findById({ apiClient, id }) {
  const contact = await apiClient.get(`contacts/${encodeURIComponent(id)}`)
  return { record: toRecord(contact) }
}

function toRecord({ id, created_at, updated_at, ...fields }) {
  return {
    id,
    name: `${fields.first_name} ${fields.last_name}`,
    fields,
    createdTime: created_at,
    updatedTime: updated_at,
  }
}
