//! SIMD128 for rav1e, which has assembler for x86 and ARM alone: `scripts/build-rare` lays this folder into a copy of its
//! source as the module `simd`, and `../rav1e.patch` has it called. The stream stays the same to the byte.

pub(crate) mod lanes;

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod cdef;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod dist;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod forward;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod inverse;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector;
