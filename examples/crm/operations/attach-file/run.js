// Uploads a text as a file of a company, as the form of a browser would.
export default async function run({ apiClient, input }) {
  const form = new FormData()
  form.append('company_id', input.companyId)
  form.append('file', new Blob([input.text], { type: 'text/plain' }), input.name)
  const file = await apiClient.post('files', form)
  return { id: file.id, size: file.size_bytes }
}
