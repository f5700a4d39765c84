export default async function run({ apiClient }) {
  const contacts = await allContacts(apiClient)
  const ids = [...new Set(contacts.map(({ company_id }) => company_id))].filter(Boolean)

  console.log(`fetching ${ids.length} companies at once`)
  const companies = await Promise.all(ids.map((id) => apiClient.get(`companies/${id}`)))

  const industryOf = new Map(companies.map(({ id, industry }) => [id, industry]))
  const contactsByIndustry = {}
  for (const { company_id } of contacts) {
    const industry = industryOf.get(company_id) ?? 'Unknown'
    contactsByIndustry[industry] = (contactsByIndustry[industry] ?? 0) + 1
  }
  return { contacts: contacts.length, companies: companies.length, contactsByIndustry }
}

async function allContacts(apiClient) {
  const contacts = []
  let cursor
  do {
    const page = await apiClient.get('contacts', { limit: 25, cursor })
    contacts.push(...page.data)
    console.log(`read ${contacts.length} contacts`)
    cursor = page.paging.next_cursor
  } while (cursor)
  return contacts
}
