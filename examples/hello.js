export default async function hello({ input }) {
  return { greeting: `Hello, ${input?.name ?? 'world'}!` }
}
