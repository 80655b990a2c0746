/** Peers on plain TCP that say literal bytes: they may do what no WebSocket library would let them do. */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { connect, createServer, type Socket as TcpSocket } from 'node:net'

export type RawServer = Readonly<{ port: number; url: string; stop: () => Promise<void> }>

/** Starts a server that gives each connection and its first bytes, the handshake, to `answer`. */
export const startRawServer = async (
  answer: (peer: TcpSocket, request: string) => void,
): Promise<RawServer> => {
  const peers = new Set<TcpSocket>()
  const server = createServer((peer) => {
    peers.add(peer)
    peer.on('error', () => {})
    peer.on('close', () => peers.delete(peer))
    peer.once('data', (bytes) => answer(peer, String(bytes)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    port,
    url: `ws://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        for (const peer of peers) peer.destroy()
        server.close(() => resolve())
      }),
  }
}

/** The answer that accepts a handshake. */
export const accepted = (request: string): string => {
  const key = /^sec-websocket-key: *(.*)\r$/im.exec(request)?.[1] ?? ''
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  return 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`
}

/** The answer that refuses a handshake. */
export const refused = (status: string, body = 'no', headers = ''): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n` +
  `${headers}\r\n${body}`

/** Frames of a server: a text or bytes of up to 125 bytes, and a close with nothing in it. */
export const textFrame = (text: string): Buffer => frame(0x81, Buffer.from(text))
export const binaryFrame = (bytes: readonly number[]): Buffer => frame(0x82, Buffer.from(bytes))
export const CLOSE_WITHOUT_CODE = Buffer.from([0x88, 0x00])

const frame = (first: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([first, content.length]), content])

/** The frames of a client, masked with zeroes. */
export const CLIENT_BINARY = Buffer.from([0x82, 0x83, 0, 0, 0, 0, 1, 2, 3])
export const CLIENT_CLOSE_WITHOUT_CODE = Buffer.from([0x88, 0x80, 0, 0, 0, 0])
export const clientText = (text: string): Buffer =>
  Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])

/** A handshake with the key of RFC 6455. */
export const HANDSHAKE = 'GET /socket?a=1 HTTP/1.1\r\nHost: voice.example.com\r\n' +
  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

export type RawClient = Readonly<{
  write: (bytes: string | Buffer) => void
  /** Tears the connection. */
  tear: () => void
  /** Resolves with what came, once it includes a text. */
  until: (text: string) => Promise<string>
  /** Resolves when the server has closed the connection. */
  ended: Promise<void>
}>

/** Connects to a server of this machine and says something. A client who is stubborn never hangs up by himself. */
export const connectRaw = (port: number, first: string, isStubborn = false): RawClient => {
  const peer = connect({ host: '127.0.0.1', port, allowHalfOpen: isStubborn })
  const ended = Promise.withResolvers<void>()
  let received = ''
  let look = () => {}
  peer.on('error', () => {})
  peer.on('end', () => ended.resolve())
  peer.on('close', () => ended.resolve())
  peer.on('data', (bytes) => {
    received += bytes
    look()
  })
  peer.write(first)
  return {
    write: (bytes) => void peer.write(bytes),
    tear: () => void peer.destroy(),
    until: (text) =>
      new Promise((resolve) => {
        look = () => {
          if (received.includes(text)) resolve(received)
        }
        look()
      }),
    ended: ended.promise,
  }
}
