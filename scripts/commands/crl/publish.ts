import { Command } from 'commander'
import { createAuditStore } from '../../../src/audit/audit-store.ts'
import { InputInvalid, NotFound } from '../../../src/errors.ts'
import { createAuthorityStore } from '../../../src/pki/authority-store.ts'
import type { Authority } from '../../../src/pki/authority.ts'
import { defaultCrlPolicy, publishesLists } from '../../../src/pki/crl-policy.ts'
import {
  publishCrl,
  type PublishCrlDeps,
  type PublishOutcome,
} from '../../../src/pki/crl-publish.ts'
import { partsOf } from '../../../src/pki/crl-publisher.ts'
import { findLast, type CrlPart } from '../../../src/pki/crl-store.ts'
import { ecardWords } from '../../program/ecard-words.ts'
import { confirmed } from '../confirm.ts'
import {
  withAuthorities,
  withOwnRegistry,
  type ConfiguredRegistry,
  type OpenAuthorities,
} from '../open-authorities.ts'
import { createOutput, type Output } from '../output.ts'
import { progressBar } from '../progress-bar.ts'
import { whoActs } from '../who-acts.ts'
import { crlWords } from './words.ts'

interface PublishOptions {
  readonly authority?: string
  readonly apply?: boolean
  readonly json?: boolean
}

export function publishCommand(): Command {
  const { publish: description, options } = crlWords()
  const words = ecardWords()
  return new Command('publish')
    .description(description)
    .option('--authority <slug>', options.authority)
    .option('--json', words.jsonOption)
    .option('--apply', words.applyOption)
    .addHelpText(
      'after',
      `\n${words.example}\n  ecard crl publish --authority civil-servant --apply`,
    )
    .action(publishOrAnnounce)
}

/** Only publishing itself opens the keystore. */
async function publishOrAnnounce(options: PublishOptions): Promise<void> {
  const output = createOutput(options)
  const isWanted =
    options.apply === true ||
    (await withOwnRegistry((registry) => announce(registry, options, output)))
  if (isWanted) await withAuthorities((parts) => publish(parts, options, output))
}

interface Part {
  readonly authority: Authority
  readonly part: CrlPart
  /** `civil-servant/0`. */
  readonly name: string
}

/** @returns whether somebody said yes to it */
async function announce(
  registry: ConfiguredRegistry,
  options: PublishOptions,
  output: Output,
): Promise<boolean> {
  const words = crlWords()
  await whoActs(registry, 'crl.publish', {})
  const planned: object[] = []
  for (const { part, name } of await partsToPublish(registry, options)) {
    const number = ((await findLast(registry.db, part))?.number ?? 0n) + 1n
    output.say(words.number(name, number))
    planned.push({ list: name, number: number.toString() })
  }
  const isWanted = await confirmed(options)
  if (isWanted) return true
  output.say(ecardWords().dryRun)
  output.tell({ applied: false, lists: planned })
  return false
}

async function publish(
  parts: OpenAuthorities,
  options: PublishOptions,
  output: Output,
): Promise<void> {
  const { db, clock, keystore, issuance } = parts
  const actor = await whoActs(parts, 'crl.publish', {})
  const deps: PublishCrlDeps = {
    ...{ db, clock, keystore, addresses: issuance.addresses, policy: defaultCrlPolicy },
    auditOn: createAuditStore,
  }
  const all = await partsToPublish(parts, options)
  const outcomes = await publishAll(all, ({ authority, part: { partition } }) =>
    publishCrl(deps, { authority, partition }, { when: 'always', actor }),
  )
  for (const { name, done } of outcomes) output.say(outcomeText(name, done))
  output.tell({ applied: true, lists: outcomes.map(({ name, done }) => tell(name, done)) })
}

interface Outcome {
  readonly name: string
  readonly done: PublishOutcome
}

async function publishAll(
  parts: readonly Part[],
  publishOne: (part: Part) => Promise<PublishOutcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  const progress = progressBar(crlWords().publishing)
  progress.start(parts.length)
  try {
    for (const part of parts) {
      outcomes.push({ name: part.name, done: await publishOne(part) })
      progress.advance()
    }
  } finally {
    progress.stop()
  }
  return outcomes
}

function outcomeText(name: string, done: PublishOutcome): string {
  const words = crlWords()
  if (done.outcome !== 'published') return words.somebodyElse(name)
  const { number, entries, nextUpdate } = done.list
  return words.made(name, { number, entries, until: nextUpdate.toISOString() })
}

function tell(name: string, done: PublishOutcome): object {
  if (done.outcome !== 'published') return { list: name, outcome: done.outcome }
  const { number, entries, nextUpdate } = done.list
  return { list: name, outcome: done.outcome, number: number.toString(), entries, nextUpdate }
}

/**
 * Which lists are made here: all of them, or those of the authority that was asked for.
 *
 * @throws NotFound
 * @throws InputInvalid when the one asked for has its key elsewhere, or publishes no lists any more
 */
async function partsToPublish(
  { db, clock }: ConfiguredRegistry,
  { authority: slug }: PublishOptions,
): Promise<Part[]> {
  const words = crlWords()
  const all = await createAuthorityStore(db).listAuthorities()
  const able = all.filter((one) => one.keyName !== null && publishesLists(one, clock.now()))
  if (slug !== undefined && !all.some((one) => one.slug === slug)) {
    throw new NotFound(words.noAuthority(slug), { slug })
  }
  const asked = slug === undefined ? able : able.filter((one) => one.slug === slug)
  if (slug !== undefined && asked.length === 0) {
    throw new InputInvalid(words.notPublishing(slug), { field: 'authority' })
  }
  return asked.flatMap((authority) =>
    partsOf(authority).map((part) => ({
      ...{ authority, part },
      name: `${authority.slug}/${part.partition}`,
    })),
  )
}
