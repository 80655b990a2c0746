/** The least server that a runtime can be: what `serve` is measured against, as it must begin by being this. */
import process from 'node:process'

type Serve<Options, Rest extends readonly unknown[]> = Readonly<{
  serve: (options: Options & Readonly<{ hostname: string; port: number }>, ...rest: Rest) => unknown
}>
declare const Bun: Serve<{ fetch: () => Response }, []>
declare const Deno: Serve<{ onListen: () => void }, [() => Response]>

process.stdin.on('end', () => process.exit(0)).resume()
const answer = () => new Response('ok')
const here = () => console.log('here')

if ('Bun' in globalThis) {
  Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: answer })
  here()
} else if ('Deno' in globalThis) {
  Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: here }, answer)
} else {
  const { createServer } = await import('node:http')
  createServer((_, response) => void response.end('ok')).listen(0, '127.0.0.1', here)
}
