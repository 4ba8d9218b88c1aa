import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { requirementOf, type ClientDirectory } from './clients.ts'
import type { SignedInAccount } from './find-account.ts'
import { judge, type Shortfall } from './sign-in-policy.ts'

const { Check, base } = interactionPolicy

/**
 * When a person has to come to our page: the library's own reasons (no session, `prompt=login`,
 * `max_age`, another subject wanted) and where the session does not do for this application.
 *
 * There is no consent: the applications are the province's own and administrators register their
 * scopes. `prompt=consent`, which OpenID Connect Core §11 wants with `offline_access`, is
 * understood and asks nothing.
 */
export function createInteractionPolicy(clients: ClientDirectory): interactionPolicy.DefaultPolicy {
  const policy = base()
  policy.get('consent')?.checks.clear()
  policy.get('login')?.checks.add(
    new Check('session_ended', 'the session has ended', 'login_required', ({ oidc }) => {
      return oidc.session?.accountId !== undefined && oidc.account === undefined
    }),
  )
  for (const { shortfall, description } of shortfallChecks)
    policy.get('login')?.checks.add(
      new Check(shortfall, description, 'interaction_required', async (ctx) => {
        return (await shortfallsOf(clients, ctx)).includes(shortfall)
      }),
    )
  return policy
}

const shortfallChecks: readonly { shortfall: Shortfall; description: string }[] = [
  { shortfall: 'card-kind', description: 'the application is for another kind of card' },
  { shortfall: 'agency', description: 'the application is for other agencies' },
  { shortfall: 'level', description: 'the application needs a stronger sign-in' },
]

/** What the session lacks for the application that asks; without a session, nothing yet. */
export async function shortfallsOf(
  clients: ClientDirectory,
  { oidc }: KoaContextWithOIDC,
): Promise<Shortfall[]> {
  const account = oidc.account as SignedInAccount | undefined
  if (account === undefined) return []
  const application = await clients.find(oidc.client?.clientId ?? '')
  if (application === null) return []
  const { signIn, agencyPaths } = account
  const { level, cardKind } = signIn
  const acrs = oidc.params?.['acr_values']
  const requirement = requirementOf(application, typeof acrs === 'string' ? acrs : undefined)
  return judge({ level, cardKind, agencyPaths }, requirement)
}
