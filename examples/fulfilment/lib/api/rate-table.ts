import axios, { type AxiosInstance } from 'axios'

interface Rates {
  base: string
  rates: Record<string, number>
}

/** Exchange rates of one day, from another API than the connection's: nothing of the connection goes there. */
export class RateTable {
  requests = 0
  private readonly http: AxiosInstance
  private readonly known = new Map<string, Promise<number>>()

  constructor(
    ratesUri: string,
    readonly currency: string,
  ) {
    this.http = axios.create({ baseURL: ratesUri, timeout: 5000 })
    this.http.interceptors.request.use((config) => {
      this.requests += 1
      config.headers.set('X-Client', 'parcelwise')
      return config
    })
    this.http.interceptors.response.use((response) => response.data)
  }

  async convert(amount: number, from: string): Promise<number> {
    if (from === this.currency) return amount
    let rate = this.known.get(from)
    if (rate === undefined) this.known.set(from, (rate = this.ask(from)))
    return amount * (await rate)
  }

  private async ask(from: string): Promise<number> {
    const { rates } = await this.http.get<Rates, Rates>('rates', { params: { base: from, symbols: [this.currency] } })
    const rate = rates[this.currency]
    if (rate === undefined) throw new Error(`There is no rate from ${from} to ${this.currency}`)
    return rate
  }
}
