import type { JSX } from 'preact'
import type { DemoApplication } from '../applications.ts'
import { agencyName, kindNames } from '../province.ts'
import { Emblem, LanguageLinks, page } from '../sites/layout.tsx'
import type { Language, Text } from '../texts.ts'
import type { SignedIn } from './local-sessions.ts'

/** Why the visitor stands at the door: ended from elsewhere, cancelled, or it did not work. */
export type Notice = 'ended' | 'cancelled' | 'failed'

export interface ApplicationPageProps {
  readonly application: DemoApplication
  readonly signedIn: SignedIn | null
  readonly notice: Notice | null
  readonly language: Language
  readonly portal: string
}

export function applicationPage(props: ApplicationPageProps): string {
  const { application, signedIn, language } = props
  return page({
    language,
    title: application.name[language],
    look: `application ${application.id}`,
    ...(signedIn === null ? {} : { live: '/events' }),
    children: (
      <>
        <Banner {...props} />
        <main id="main">
          {signedIn === null ? <Door {...props} /> : <Desk {...props} signedIn={signedIn} />}
        </main>
        <Footer language={language} />
      </>
    ),
  })
}

function Banner({ application, language, portal }: ApplicationPageProps): JSX.Element {
  return (
    <header class="banner">
      <Emblem />
      <div class="banner-names">
        <p class="banner-office">{agencyName(application.agency)[language]}</p>
        <p class="banner-name">{application.name[language]}</p>
      </div>
      <nav class="banner-links">
        <a href={portal}>{texts.portal[language]}</a>
        <LanguageLinks language={language} here="/" />
      </nav>
    </header>
  )
}

/** Before signing in: one thing to do, and what it takes. */
function Door({ application, notice, language }: ApplicationPageProps): JSX.Element {
  return (
    <section class="door">
      {notice !== null && (
        <p class={`notice notice-${notice}`} role="status">
          {noticeTexts[notice][language]}
        </p>
      )}
      <h1>{texts.welcome[language]}</h1>
      <p class="lead">{application.name[language]}</p>
      <a class="button" href="/sign-in">
        {texts.signIn[language]}
      </a>
      <dl class="needs">
        <dt>{texts.cards[language]}</dt>
        <dd>{application.cardKinds.map((kind) => kindNames[kind][language]).join(' · ')}</dd>
        <dt>{texts.how[language]}</dt>
        <dd>{(application.leastLevel === 'high' ? texts.tapAndPin : texts.tap)[language]}</dd>
        {application.cardCompulsoryFrom !== null && (
          <>
            <dt>{texts.compulsory[language]}</dt>
            <dd>{dateOf(application.cardCompulsoryFrom, language)}</dd>
          </>
        )}
      </dl>
    </section>
  )
}

/** Signed in: who, how, and the application's own screen; the screen goes when the session ends. */
function Desk(props: ApplicationPageProps & { readonly signedIn: SignedIn }): JSX.Element {
  const { application, signedIn, language } = props
  return (
    <>
      <div role="alert">
        <section class="ended" data-hide="signedIn" hidden>
          <h2>{texts.endedTitle[language]}</h2>
          <p>{noticeTexts.ended[language]}</p>
          <a class="button" href="/sign-in">
            {texts.signInAgain[language]}
          </a>
        </section>
      </div>
      <div data-show="signedIn">
        <Visitor signedIn={signedIn} language={language} />
        <Screen application={application} language={language} />
      </div>
    </>
  )
}

function Visitor({ signedIn, language }: { signedIn: SignedIn; language: Language }): JSX.Element {
  return (
    <section class="visitor" aria-label={texts.signedInAs[language]}>
      <div>
        <p class="visitor-label">{texts.signedInAs[language]}</p>
        <p class="visitor-name">{signedIn.name}</p>
        <p class="visitor-office">{signedIn.office}</p>
      </div>
      <dl class="visitor-how">
        <dt>{texts.level[language]}</dt>
        <dd>
          {levelName(signedIn.acr, language)} <code>{signedIn.acr}</code>
        </dd>
        <dt>{texts.how[language]}</dt>
        <dd>{meansOf(signedIn)[language]}</dd>
      </dl>
      <form method="post" action="/sign-out">
        <button class="button button-quiet" type="submit">
          {texts.signOut[language]}
        </button>
      </form>
    </section>
  )
}

/** By the methods that the ID token names (RFC 8176 §2). */
function meansOf({ amr }: SignedIn): Text {
  if (amr.includes('pin')) return texts.tapAndPin
  if (amr.includes('user')) return texts.passkey
  return amr.includes('otp') ? texts.pass : texts.tap
}

function Screen({ application, language }: Pick<ApplicationPageProps, 'application' | 'language'>) {
  const { title, columns, rows } = application.screen
  return (
    <section class="screen">
      <h1>{title[language]}</h1>
      <div class="table-frame" tabIndex={0} role="region" aria-label={title[language]}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.vi} scope="col">
                  {column[language]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody lang="vi">
            {rows.map((row) => (
              <tr key={row[0]}>
                {row.map((cell) => (
                  <td key={cell}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Footer({ language }: { language: Language }): JSX.Element {
  return <footer class="footer">{texts.invented[language]}</footer>
}

function levelName(acr: string, language: Language): string {
  return levelNames[acr.slice(acr.lastIndexOf(':') + 1)]?.[language] ?? ''
}

function dateOf(date: Date, language: Language): string {
  const options = {
    timeZone: 'Asia/Ho_Chi_Minh',
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
  }
  return new Intl.DateTimeFormat(language === 'vi' ? 'vi' : 'en-GB', options as object).format(date)
}

const levelNames: Readonly<Record<string, Text>> = {
  low: { vi: 'Mức cơ bản', en: 'Low' },
  substantial: { vi: 'Mức đáng kể', en: 'Substantial' },
  high: { vi: 'Mức cao', en: 'High' },
}

const noticeTexts: Readonly<Record<Notice, Text>> = {
  ended: {
    vi: 'Phiên đăng nhập của bạn đã kết thúc: đã đăng xuất ở ứng dụng khác, hoặc thẻ không còn hiệu lực.',
    en: 'Your session has ended: you signed out in another application, or the card is no longer valid.',
  },
  cancelled: { vi: 'Bạn đã hủy đăng nhập.', en: 'You cancelled the sign-in.' },
  failed: {
    vi: 'Chưa đăng nhập được. Hãy thử lại.',
    en: 'The sign-in did not work. Please try again.',
  },
}

const texts = {
  portal: { vi: 'Các ứng dụng', en: 'Applications' },
  welcome: { vi: 'Mời bạn đăng nhập', en: 'Please sign in' },
  signIn: { vi: 'Đăng nhập bằng thẻ điện tử', en: 'Sign in with your e-card' },
  signInAgain: { vi: 'Đăng nhập lại', en: 'Sign in again' },
  signOut: { vi: 'Đăng xuất', en: 'Sign out' },
  cards: { vi: 'Dành cho', en: 'Open to' },
  how: { vi: 'Cách đăng nhập', en: 'Signed in by' },
  tap: { vi: 'Chạm thẻ', en: 'Tap' },
  tapAndPin: { vi: 'Chạm thẻ và mã PIN', en: 'Tap and PIN' },
  passkey: { vi: 'Khóa truy cập (passkey)', en: 'Passkey' },
  pass: { vi: 'Mã tạm thời', en: 'Temporary pass' },
  compulsory: { vi: 'Bắt buộc dùng thẻ từ', en: 'Card compulsory from' },
  level: { vi: 'Mức bảo đảm', en: 'Assurance' },
  signedInAs: { vi: 'Đang đăng nhập', en: 'Signed in' },
  endedTitle: { vi: 'Bạn đã được đăng xuất', en: 'You have been signed out' },
  invented: {
    vi: 'Tỉnh Minh Họa không có thật. Mọi tên người, số hiệu và văn bản trên trang này là minh họa.',
    en: 'Minh Họa is an invented province. Every person, number and document here is an illustration.',
  },
} as const satisfies Record<string, Text>
