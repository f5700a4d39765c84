import { DataCollectionHandler } from '@integration-app/connector-sdk'
import { customerToRecord, listPage, type ApiCustomer } from '../../lib'

// The older way of writing a collection: one handler whose members are its methods.
export default new DataCollectionHandler({
  list: ({ apiClient, cursor }) => listPage<ApiCustomer>(apiClient, 'customers', { cursor, toRecord: customerToRecord }),
  findById: async ({ apiClient, id }) => ({ record: customerToRecord(await apiClient.get<ApiCustomer>(`customers/${id}`)) }),
})
