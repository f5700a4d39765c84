// Fails for an address of an unknown company: the first item of an empty list is undefined.
module.exports = async ({ apiClient, input }) => {
  const [firstName, ...rest] = input.name.split(' ')
  const domain = input.email.split('@')[1]

  const found = await apiClient.get('companies', { domain, limit: 1 })
  const company = found.data[0]
  console.log(`${domain}: ${found.data.length} companies found`)

  const contact = await apiClient.post('contacts', {
    first_name: firstName,
    last_name: rest.join(' '),
    email: input.email,
    company_id: company.id,
  })
  return { id: contact.id, company: company.name }
}
