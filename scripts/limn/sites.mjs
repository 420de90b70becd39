// Settings of a deployment on several nodes: where each is, what Limn is told of it, which buckets lie on them.

/** Frankfurt, Tokyo, Virginia: latitude and longitude. */
const places = { a: [50.1, 8.7], b: [35.7, 139.7], c: [38.9, -77.4] };
export const placeOf = (name) => places[name];
/** The nodes that may be had besides R2, which is `a`. */
export const others = ['b', 'c'];

/** The table of a node; without an endpoint it is R2. */
function table({ name, endpoint, bucket }) {
  if (!endpoint) return { name, kind: 'r2', binding: 'NODE_A', place: places[name] };
  return { name, kind: 's3', endpoint, bucket, region: 'us-east-1', place: places[name] };
}

/** Variables for `{ name, endpoint, bucket }`s of S3 beside R2; every managed bucket of `vars` lies on all of them. */
export function onNodes(vars, servers) {
  // One node needs no place.
  if (!servers.length) return {};
  const nodes = [{ name: 'a' }, ...servers];
  const names = nodes.map(({ name }) => name);
  const tables = nodes.map((node) => [`LIMN_NODE_${node.name.toUpperCase()}`, table(node)]);
  const buckets = Object.entries(vars).filter(([name, value]) => name.startsWith('LIMN_BUCKET_') && value?.nodes?.join() === 'a');
  return Object.fromEntries([...tables, ...buckets.map(([name, value]) => [name, { ...value, nodes: names }])]);
}

/** What a node's requests are signed with: secrets of the Worker. */
export const credentials = (servers) => Object.fromEntries(servers.map(({ name, id, secret }) => [`LIMN_CREDENTIALS_${name.toUpperCase()}`, JSON.stringify({ node: name, id, secret })]));

/** A web server that Limn reads as it is, and the bucket in front of it. */
export const onWeb = (url) => ({
  LIMN_NODE_WEB: { name: 'web', kind: 'http', url, managed: false },
  LIMN_BUCKET_WEB: { name: 'web', nodes: ['web'], access: 'public-read', parameters: 'open' },
});
