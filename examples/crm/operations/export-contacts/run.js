const PAUSE_MS = 5_000

// The API makes the file in the background: it is asked again and again until the file is there. The result is a stream.
export default async function run({ apiClient }) {
  let job = await apiClient.post('exports', { type: 'contacts' })
  while (job.status !== 'done') {
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    job = await apiClient.get(`exports/${job.id}`)
    if (job.status === 'failed') throw new Error(`the export ${job.id} failed`)
    console.log(`${job.id} is ${job.status}, ${job.progress} %`)
  }
  return apiClient.get(`exports/${job.id}/file`, undefined, { responseType: 'stream' })
}
