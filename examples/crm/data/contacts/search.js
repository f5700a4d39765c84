const PAGE_SIZE = 20

export default async function search({ apiClient, query, cursor }) {
  const page = await apiClient.post('contacts/search', { query, limit: PAGE_SIZE, cursor })
  return { records: page.data.map(toRecord), cursor: page.paging.next_cursor ?? undefined }
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
