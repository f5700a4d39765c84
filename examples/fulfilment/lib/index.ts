export { eachOf, listPage } from './paging'
export { customerToRecord, fieldsToOrder, orderToRecord } from './records'
export { OrderStatus, type ApiCustomer, type ApiOrder } from './api/model'
