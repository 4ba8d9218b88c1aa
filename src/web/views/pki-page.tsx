import type { ComponentChildren, VNode } from 'preact'
import type { AuthorityKind, AuthorityState } from '../../pki/authority.ts'
import { fill, formatDate, type Language } from '../words/language.ts'
import { authorityKindWords, authorityStateWords, pkiWords as words } from '../words/pki-words.ts'

/** An authority as people see it. */
export interface AuthorityView {
  readonly slug: string
  readonly name: string
  readonly kind: AuthorityKind
  readonly state: AuthorityState
  /** RFC 4514 attributes in the order of the certificate. */
  readonly subject: readonly string[]
  readonly notBefore: Date
  readonly notAfter: Date
  readonly fitsNow: 'valid' | 'not-yet-valid' | 'expired'
  /** SHA-256 in capital hexadecimal, four digits a group. */
  readonly fingerprint: readonly string[]
  readonly crlPartitions: number
}

export interface PkiView {
  readonly authorities: readonly AuthorityView[]
  readonly ocspAddress: string
}

/** Which authorities there are, then how a computer comes to trust their root. */
export function PkiPage({ view, language }: { view: PkiView; language: Language }): VNode {
  const root = view.authorities.find(({ kind, state }) => kind === 'root' && state === 'issuing')
  return (
    <div class="sheet">
      <h1 class="heading">{words.title[language]}</h1>
      <p>{words.lead[language]}</p>
      <nav aria-label={words.contents[language]}>
        <ul class="steps">
          <li>
            <a href="#authorities">{words.authorities[language]}</a>
          </li>
          {root && (
            <li>
              <a href="#install">{words.install[language]}</a>
            </li>
          )}
          <li>
            <a href="#programs">{words.programs[language]}</a>
          </li>
        </ul>
      </nav>
      <h2 id="authorities">{words.authorities[language]}</h2>
      {view.authorities.length === 0 && <p class="notice">{words.none[language]}</p>}
      {view.authorities.map((authority) => (
        <AuthorityCard key={authority.slug} authority={authority} language={language} />
      ))}
      {root && <Installation root={root} language={language} />}
      <ForPrograms address={view.ocspAddress} language={language} />
    </div>
  )
}

interface Shown {
  readonly authority: AuthorityView
  readonly language: Language
}

function AuthorityCard({ authority, language }: Shown): VNode {
  const { slug, name, kind, subject } = authority
  return (
    <article class="authority" data-state={standing(authority)} aria-labelledby={`ca-${slug}`}>
      <h3 id={`ca-${slug}`}>
        <span class="authority-kind">{authorityKindWords[kind][language]}</span> {name}
      </h3>
      <dl>
        <Row term={words.state[language]}>
          <strong class="authority-state">{stateInWords(authority, language)}</strong>
        </Row>
        <Row term={words.validity[language]}>
          {fill(words.fromTo[language], {
            from: formatDate(authority.notBefore),
            to: formatDate(authority.notAfter),
          })}
        </Row>
        <Row term={words.subject[language]}>{subject.join(', ')}</Row>
        <Row term={words.fingerprint[language]}>
          <Fingerprint groups={authority.fingerprint} />
        </Row>
        <Row term={words.downloads[language]}>
          <Downloads authority={authority} language={language} />
        </Row>
      </dl>
    </article>
  )
}

function Row({ term, children }: { term: string; children: ComponentChildren }): VNode {
  return (
    <div class="row">
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** Groups of four, with the space between them as text, so that they are also copied and read so. */
function Fingerprint({ groups }: { groups: readonly string[] }): VNode {
  return (
    <code class="fingerprint" lang="zxx">
      {groups.map((group, index) => (
        <span key={index}>{index === 0 ? group : ` ${group}`}</span>
      ))}
    </code>
  )
}

/**
 * Each link names its authority for those who go from link to link. Nobody should rely on lists
 * that a revoked authority signs.
 */
function Downloads({ authority, language }: Shown): VNode {
  const { slug, name, crlPartitions, state } = authority
  const of = <span class="for-readers"> {fill(words.ofAuthority[language], { name })}</span>
  return (
    <ul class="downloads">
      <li>
        <a href={`/pki/ca/${slug}.cer`}>
          {words.downloadDer[language]}
          {of}
        </a>
      </li>
      <li>
        <a href={`/pki/ca/${slug}.pem`}>
          {words.downloadPem[language]}
          {of}
        </a>
      </li>
      {state !== 'revoked' && (
        <li>
          {crlPartitions === 1 ? (
            <a href={`/pki/crl/${slug}/0.crl`}>
              {words.downloadCrl[language]}
              {of}
            </a>
          ) : (
            fill(words.crlParts[language], {
              count: crlPartitions,
              first: `/pki/crl/${slug}/0.crl`,
              last: `/pki/crl/${slug}/${crlPartitions - 1}.crl`,
            })
          )}
        </li>
      )}
    </ul>
  )
}

function Installation({ root, language }: { root: AuthorityView; language: Language }): VNode {
  const file = `${root.slug}.cer`
  return (
    <section aria-labelledby="install">
      <h2 id="install">{words.install[language]}</h2>
      <p class="notice">{words.installWarning[language]}</p>
      <p class="choices">
        <a class="button button-go" href={`/pki/ca/${file}`}>
          {words.rootFile[language]}
        </a>
      </p>
      <Fingerprint groups={root.fingerprint} />
      <System name={words.windows[language]}>
        <Step>
          <Way text={words.compare[language]} command={`certutil -hashfile ${file} SHA256`} />
        </Step>
        <Step>
          <Way
            text={words.runAsAdministrator[language]}
            command={`certutil -addstore -f Root ${file}`}
          />
          <Way text={words.windowsByHand[language]} />
          <Way text={words.windowsDomain[language]} />
        </Step>
      </System>
      <System name={words.macos[language]}>
        <Step>
          <Way text={words.compare[language]} command={`shasum -a 256 ${file}`} />
        </Step>
        <Step>
          <Way
            text={words.run[language]}
            command={`sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${file}`}
          />
          <Way text={words.macosByHand[language]} />
        </Step>
      </System>
      <System name={words.linux[language]}>
        <Step>
          <Way text={words.compare[language]} command={`sha256sum ${file}`} />
        </Step>
        <Step>
          <Way
            text={words.linuxDebian[language]}
            command={`openssl x509 -inform der -in ${file} | sudo tee /usr/local/share/ca-certificates/ecard-root.crt && sudo update-ca-certificates`}
          />
          <Way text={words.linuxFedora[language]} command={`sudo trust anchor ${file}`} />
          <Way
            text={words.linuxChromium[language]}
            command={`certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n "${root.name}" -i ${file}`}
          />
        </Step>
      </System>
      <System name={words.firefox[language]}>
        <Step>
          <Way text={words.firefoxSystem[language]} />
          <Way text={words.firefoxOpen[language]} />
        </Step>
        <Step>
          <Way text={words.firefoxTick[language]} />
        </Step>
      </System>
    </section>
  )
}

function System({ name, children }: { name: string; children: ComponentChildren }): VNode {
  return (
    <details class="system">
      <summary>
        <h3>{name}</h3>
      </summary>
      <ol class="steps">{children}</ol>
    </details>
  )
}

function Step({ children }: { children: ComponentChildren }): VNode {
  return <li>{children}</li>
}

/** One of several ways to take a step. */
function Way({ text, command }: { text: string; command?: string }): VNode {
  return (
    <>
      <p>{text}</p>
      {command !== undefined && (
        <pre class="command" lang="zxx">
          <code>{command}</code>
        </pre>
      )}
    </>
  )
}

function ForPrograms({ address, language }: { address: string; language: Language }): VNode {
  return (
    <section aria-labelledby="programs">
      <h2 id="programs">{words.programs[language]}</h2>
      <ul class="steps">
        <li>
          <a href="/pki/ca/bundle.p7c">{words.bundle[language]}</a>
        </li>
        <li>
          {words.ocsp[language]}: <code>{address}</code>
        </li>
      </ul>
    </section>
  )
}

function standing({ state, fitsNow }: AuthorityView): string {
  return state === 'revoked' ? 'revoked' : fitsNow
}

function stateInWords(authority: AuthorityView, language: Language): string {
  switch (standing(authority)) {
    case 'expired':
      return words.expired[language]
    case 'not-yet-valid':
      return words.notYetValid[language]
    default:
      return authorityStateWords[authority.state][language]
  }
}
