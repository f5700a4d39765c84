module.exports = async function ({ apiClient, filter, cursor }) {
  const { company_id, stage, pipeline } = filter ?? {}
  const page = await apiClient.get('deals', { limit: 20, cursor, company_id, stage, pipeline })
  const records = page.data.map(({ id, created_at, updated_at, ...fields }) => ({
    id,
    name: fields.name,
    fields,
    createdTime: created_at,
    updatedTime: updated_at,
  }))
  return { records, cursor: page.paging.next_cursor ?? undefined }
}
