import fc from 'fast-check'

type Mutation = (bytes: Buffer) => Buffer

/** `original` after one to four changes of the kinds that upset parsers. */
export function mutatedBytes(original: Buffer): fc.Arbitrary<Buffer> {
  const at = fc.nat({ max: original.length - 1 })
  const count = fc.integer({ min: 1, max: 40 })
  const byte = fc.integer({ min: 0, max: 255 })
  const mutation: fc.Arbitrary<Mutation> = fc.oneof(
    fc.tuple(at, fc.integer({ min: 1, max: 255 })).map(([where, by]) => flip(where, by)),
    fc.tuple(at, byte).map(([where, value]) => set(where, value)),
    // Lengths and tags at the ends of their ranges.
    fc.tuple(at, fc.constantFrom(0x00, 0x7f, 0x80, 0x81, 0x84, 0xff)).map(([w, v]) => set(w, v)),
    at.map(
      (end): Mutation =>
        (bytes) =>
          bytes.subarray(0, end),
    ),
    fc.tuple(at, count).map(([where, n]) => remove(where, n)),
    fc.tuple(at, at, count).map(([from, to, n]) => repeat(from, to, n)),
    fc
      .tuple(at, fc.uint8Array({ minLength: 1, maxLength: 16 }))
      .map(([w, more]) => insert(w, more)),
  )
  return fc
    .array(mutation, { minLength: 1, maxLength: 4 })
    .map((mutations) =>
      mutations.reduce<Buffer>((bytes, mutate) => mutate(bytes), Buffer.from(original)),
    )
}

function flip(where: number, by: number): Mutation {
  return (bytes) => set(where, (bytes[where] ?? 0) ^ by)(bytes)
}

function set(where: number, value: number): Mutation {
  return (bytes) => {
    const changed = Buffer.from(bytes)
    if (where < changed.length) changed[where] = value
    return changed
  }
}

function remove(where: number, count: number): Mutation {
  return (bytes) => Buffer.concat([bytes.subarray(0, where), bytes.subarray(where + count)])
}

function repeat(from: number, to: number, count: number): Mutation {
  return (bytes) => insert(to, bytes.subarray(from, from + count))(bytes)
}

function insert(where: number, more: Uint8Array): Mutation {
  return (bytes) => Buffer.concat([bytes.subarray(0, where), more, bytes.subarray(where)])
}
