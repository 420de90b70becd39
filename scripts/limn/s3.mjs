// Requests signed with AWS Signature Version 4, as a client of a node makes them.
import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';

const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Target and headers; `path` is not encoded yet, `digest` stands for the hash of the body that the signature covers. */
export function signedS3({ id, secret, region = 'us-east-1' }, { method, host, path, query = {}, headers = {}, digest = sha256(''), now = new Date() }) {
  const stamp = now.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${stamp.slice(0, 8)}/${region}/s3/aws4_request`;
  const target = path.split('/').map(encode).join('/');
  const asked = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(String(value))}`).sort().join('&');
  const all = { ...headers, host, 'x-amz-date': stamp, 'x-amz-content-sha256': digest };
  const names = Object.keys(all).sort();
  const canonical = [method, target, asked, ...names.map((name) => `${name}:${String(all[name]).trim()}`), '', names.join(';'), digest].join('\n');
  const key = [scope.slice(0, 8), region, 's3', 'aws4_request'].reduce(hmac, `AWS4${secret}`);
  const signature = hmac(key, `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(canonical)}`).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { target: asked ? `${target}?${asked}` : target, headers: { ...all, authorization } };
}

/** Sends one request to a node, to another `endpoint` than its own where one is named. */
export function askS3(node, method, key, { endpoint = node.endpoint, query, headers = {}, body = Buffer.alloc(0), digest = sha256(body) } = {}) {
  const { host, hostname, port } = new URL(endpoint);
  const path = key === undefined ? `/${node.bucket}` : `/${node.bucket}/${key}`;
  const signed = signedS3(node, { method, host, path, query, headers, digest });
  return new Promise((resolve, reject) => {
    const length = body.length || method === 'PUT' ? { 'content-length': body.length } : {};
    const request = http.request({ hostname, port, method, path: signed.target, headers: { ...signed.headers, ...length }, agent: false }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
      answer.on('error', reject);
    });
    request.on('error', reject);
    request.end(body);
  });
}
