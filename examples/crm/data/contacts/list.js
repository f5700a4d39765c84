const PAGE_SIZE = 20

export default async function list({ apiClient, filter, cursor }) {
  const page = await apiClient.get('contacts', {
    limit: PAGE_SIZE,
    cursor,
    email: filter?.email,
    company_id: filter?.company_id,
  })
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
