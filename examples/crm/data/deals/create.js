export default async function create({ apiClient, fields }) {
  try {
    const deal = await apiClient.post('deals', fields)
    return { id: deal.id }
  } catch (error) {
    if (error.response?.status === 422) {
      const problem = error.data.data.error
      console.warn(`the deal was not accepted: ${problem.field}: ${problem.message}`)
    }
    throw error
  }
}
