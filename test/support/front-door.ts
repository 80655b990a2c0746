/** What stands before the processes of a deploy: one address, and behind it the process that says it is ready. */
import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export type FrontDoor = Readonly<{
  url: string
  /** Sends all that comes from now on to the process on this port. */
  leadTo: (port: number) => void
  close: () => Promise<void>
}>

/** Opens it; until it leads somewhere, nobody answers. */
export const openFrontDoor = async (): Promise<FrontDoor> => {
  let port = 0
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer((asked, answer) => {
    const { method, url, headers } = asked
    const passed = request({ port, host: '127.0.0.1', method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    passed.on('error', () => answer.writeHead(502).end())
    asked.pipe(passed)
  })
  server.on('connection', keep)
  server.on('upgrade', (asked, socket) => {
    const behind = connect(port, '127.0.0.1', () => behind.write(handshakeOf(asked)))
    keep(behind)
    behind.pipe(socket).pipe(behind)
    behind.on('close', () => socket.destroy())
    socket.on('close', () => behind.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    leadTo: (next) => {
      port = next
    },
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

/** The request as it came, for the process that answers it. */
const handshakeOf = ({ method, url, rawHeaders }: IncomingMessage): string => {
  const lines = Array.from(
    { length: rawHeaders.length / 2 },
    (_, at) => `${rawHeaders[2 * at]}: ${rawHeaders[2 * at + 1]}`,
  )
  return [`${method} ${url} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}
