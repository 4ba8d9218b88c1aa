/** Why a modulus of the right size gives its factors away all the same. */
export type RsaWeakness = 'small-factor' | 'roca' | 'close-primes'

/**
 * Looks for the three weaknesses that a public modulus shows by itself. null promises no more than
 * that none of the three was found.
 *
 * @param modulus - big-endian
 */
export function rsaWeaknessOf(modulus: Buffer): RsaWeakness | null {
  const n = BigInt(`0x${modulus.toString('hex')}`)
  if (smallPrimes.some((prime) => n % prime === 0n)) return 'small-factor'
  if (hasRocaFingerprint(n)) return 'roca'
  return hasClosePrimes(n) ? 'close-primes' : null
}

const smallPrimes = primesBelow(2_000).map(BigInt)

/**
 * CVE-2017-15361 (Nemec, Sýs, Švenda, Klinec, Matyáš: "The Return of Coppersmith's Attack", 2017,
 * §2.2): primes of the faulty library are k·M + (65537^a mod M), so a modulus is a power of 65537
 * modulo each small prime in M. These seventeen primes are the ones of the authors' detector where
 * the powers are few; a good modulus passes for a bad one once in some 2²⁷ cases.
 */
const rocaPrimes = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]

const rocaResidues = rocaPrimes.map((prime) => ({
  prime: BigInt(prime),
  powers: powersOf(65_537, prime),
}))

function hasRocaFingerprint(n: bigint): boolean {
  return rocaResidues.every(({ prime, powers }) => powers.has(Number(n % prime)))
}

function powersOf(generator: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * generator) % prime) powers.add(power)
  return powers
}

/**
 * Fermat: if p and q lie close together, a little above √n there is an a with a² - n a square
 * (CVE-2022-26320 was found in so few rounds). CAs in the web's PKI look this far as well.
 */
const fermatRounds = 100

function hasClosePrimes(n: bigint): boolean {
  const start = squareRoot(n - 1n) + 1n
  return Array.from({ length: fermatRounds }, (_, round) => start + BigInt(round)).some((a) =>
    isSquare(a * a - n),
  )
}

/** Three of four numbers that are no squares show it in their last six bits alone. */
const squaresModulo64 = new Set(Array.from({ length: 64 }, (_, n) => (n * n) % 64))

function isSquare(n: bigint): boolean {
  if (!squaresModulo64.has(Number(n & 63n))) return false
  const root = squareRoot(n)
  return root * root === n
}

/** The whole part of √n, by Newton's method from above. */
function squareRoot(n: bigint): bigint {
  if (n < 2n) return n
  let root = 1n << BigInt((n.toString(16).length * 4) / 2 + 1)
  for (;;) {
    const next = (root + n / root) >> 1n
    if (next >= root) return root
    root = next
  }
}

function primesBelow(limit: number): number[] {
  const numbers = Array.from({ length: limit - 2 }, (_, index) => index + 2)
  return numbers.filter((n) => {
    for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false
    return true
  })
}
