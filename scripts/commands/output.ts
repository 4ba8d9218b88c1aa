/** What a command tells: sentences for people, or one document for programs. */
export interface Output {
  /** A line for people; an empty one without `line`. */
  say(line?: string): void
  /** All of it for programs. Called once, at the end. */
  tell(document: unknown): void
}

export function createOutput({ json }: { readonly json?: boolean }): Output {
  if (json === true) {
    return {
      say: () => undefined,
      tell: (document) => {
        console.log(JSON.stringify(document, null, 2))
      },
    }
  }
  return {
    say: (line = '') => {
      console.log(line)
    },
    tell: () => undefined,
  }
}
