/**
 * The script of Scalar's page. Of its packages only the one for Fastify has the script in it: those for other servers take it from
 * another host, and the package of the script itself brings 185 more, 287 MB. So its plugin is given a server that only
 * listens to what is to be served.
 *
 * https://scalar.com/products/api-references/integrations/fastify
 */

export type Scalar = Readonly<{
  /** Makes the page; `nonce` is what its scripts prove themselves with. */
  html: (nonce: string) => string
  /** 4.9 MB of JavaScript. */
  script: string
}>

const PREFIX = '/reference'
const PAGE = `${PREFIX}/`
const SCRIPT = `${PREFIX}/js/scalar.js`

/** What is to be seen, and that nobody is told of it. */
const CONFIGURATION = {
  url: '../openapi.json',
  pageTitle: 'Tandem API',
  theme: 'default',
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  showDeveloperTools: 'never',
  hideClientButton: true,
  defaultOpenAllTags: true,
  // Each answer has one of its own in its place.
  nonce: 'a-nonce-for-each-answer',
}

let loaded: Promise<Scalar> | undefined

/** Loads it once, and not before somebody asks. */
export const loadScalar = (): Promise<Scalar> => loaded ??= load()

const load = async (): Promise<Scalar> => {
  const plugin: unknown = (await import('@scalar/fastify-api-reference')).default
  if (typeof plugin !== 'function') throw new Error('the plugin of Scalar is no function')
  const handlers = new Map<string, Handler>()
  const server = {
    route: ({ url, handler }: Route) => void handlers.set(url, handler),
  }
  const options = { routePrefix: PREFIX, configuration: CONFIGURATION }
  Reflect.apply(plugin, undefined, [server, options, () => {}])
  const html = answerOf(handlers, PAGE)
  return {
    script: answerOf(handlers, SCRIPT),
    html: (nonce) => html.replaceAll(CONFIGURATION.nonce, nonce),
  }
}

type Handler = (request: unknown, reply: unknown) => unknown
type Route = Readonly<{ url: string; handler: Handler }>

const answerOf = (handlers: ReadonlyMap<string, Handler>, path: string): string => {
  let answer = ''
  const reply = {
    header: () => reply,
    send: (body: string) => void (answer = body),
  }
  handlers.get(path)?.({ url: path, protocol: 'http', hostname: 'localhost' }, reply)
  if (answer === '') throw new Error(`the plugin of Scalar serves no ${path}`)
  return answer
}
