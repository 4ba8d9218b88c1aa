/** What has to be let go of in the end, in the order in which it was opened. */
export type Closers = (() => Promise<unknown>)[]

/** The last opened goes first; one that fails does not keep the others open. */
export async function closeAll(closers: Closers): Promise<void> {
  const failures: unknown[] = []
  for (const close of closers.splice(0).reverse()) {
    await close().catch((error: unknown) => failures.push(error))
  }
  if (failures.length > 0) throw failures[0]
}
