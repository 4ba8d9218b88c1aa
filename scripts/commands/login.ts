import { Command } from 'commander'
import { readConfig } from '../../src/config.ts'
import {
  readOperatorSession,
  signOutOperator,
  type SessionOnRecord,
} from '../../src/operators/operator-session.ts'
import { signInOperator, type OperatorSignInDeps } from '../../src/operators/sign-in-operator.ts'
import { createCertificateStore } from '../../src/pki/certificate-store.ts'
import { loadSoundAnchors } from '../../src/pki/trust-anchors.ts'
import { askedPins } from '../desk/ask-pin.ts'
import { cardWords } from '../words/card-words.ts'
import { languageOf } from '../words/language.ts'
import { operatorWords } from '../words/operator-words.ts'
import { inOperatorWords } from './in-operator-words.ts'
import { withRegistry, type Registry } from './open-registry.ts'
import {
  prepareStateFolder,
  readSessionSecret,
  removeSessionSecret,
  writeSessionSecret,
} from './operator-session-file.ts'
import { addDeskOptions, withDesk, type DeskCommandOptions } from './with-desk.ts'

interface LoginOptions extends DeskCommandOptions {
  readonly json?: boolean
}

interface Output {
  readonly json?: boolean
}

export function loginCommand(): Command {
  const { help } = operatorWords()
  return addDeskOptions(new Command('login'))
    .description(help.login)
    .option('--json', help.json)
    .addHelpText('after', help.loginNotes)
    .action((options: LoginOptions) => inOperatorWords(() => login(options)))
}

export function logoutCommand(): Command {
  const { help } = operatorWords()
  return new Command('logout')
    .description(help.logout)
    .option('--json', help.json)
    .addHelpText('after', help.logoutNotes)
    .action((options: Output) => inOperatorWords(() => logout(options)))
}

export function whoamiCommand(): Command {
  const { help } = operatorWords()
  return new Command('whoami')
    .description(help.whoami)
    .option('--json', help.json)
    .addHelpText('after', help.whoamiNotes)
    .action((options: Output) => inOperatorWords(() => whoami(options)))
}

async function login({ json, ...place }: LoginOptions): Promise<void> {
  const language = languageOf(process.env)
  const purpose = 'operator-sign-in'
  const desk = { ...place, purpose, pins: askedPins(language), words: cardWords(language) } as const
  await prepareStateFolder()
  await withRegistry(async (registry) => {
    const deps = await signInDeps(registry)
    const signedIn = await withDesk(desk, (card) => signInOperator(deps, card))
    const before = await readSessionSecret()
    await writeSessionSecret(signedIn.sessionSecret)
    if (before !== null) await signOutOperator(registry, before)
    show(await readOperatorSession(registry, signedIn.sessionSecret), { json })
  })
}

async function signInDeps(registry: Registry): Promise<OperatorSignInDeps> {
  const { issuer, policyOidArc } = readConfig(process.env).config
  const authorities = await createCertificateStore(registry.db).listAuthorities()
  return { ...registry, issuer, policyOidArc, anchors: loadSoundAnchors(authorities).anchors }
}

async function logout({ json }: Output): Promise<void> {
  const words = operatorWords()
  const secret = await readSessionSecret()
  const wasSignedIn =
    secret !== null && (await withRegistry((registry) => signOutOperator(registry, secret)))
  await removeSessionSecret()
  if (json === true) console.log(JSON.stringify({ signedOut: wasSignedIn }))
  else console.log(wasSignedIn ? words.signedOut : words.notSignedIn)
}

async function whoami(options: Output): Promise<void> {
  const secret = await readSessionSecret()
  await withRegistry(async (registry) => {
    show(await readOperatorSession(registry, secret), options)
  })
}

function show(session: SessionOnRecord, { json }: { readonly json?: boolean | undefined }): void {
  const words = operatorWords()
  const { holderId, holderName, cardUuid, grants, endsAt } = session
  if (json === true) {
    const held = grants.map(({ role, agencyCode }) => ({ role, agency: agencyCode }))
    console.log(JSON.stringify({ holderId, holderName, cardUuid, grants: held, endsAt }))
    return
  }
  const held = grants.map((one) => `${words.roles[one.role]}, ${words.place(one.agencyCode)}`)
  console.log(words.signedIn(holderName, held.join('; ')))
  console.log(words.card(cardUuid))
  console.log(words.sessionEnds(endsAt.toISOString()))
}
