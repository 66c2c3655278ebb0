// Signatures of files by SSH keys, as git makes and checks them, and digests of bytes.
#pragma once

#include <string>

namespace closecheck::cli {

/// `sha256:` and its digits.
std::string sha256(const std::string& bytes);

/// Where the signature of a file stands.
std::string signature_of(const std::string& path);

/// Signs the file with the private key, or with the agent's that belongs to the public one. Throws UsageError for a key
/// that cannot be used, or where there is no ssh-keygen.
void sign_file(const std::string& key, const std::string& path);

/// Whether the signature beside the file is of these bytes by the public key. Throws UsageError for a key or signature
/// that cannot be read, or where there is no ssh-keygen.
bool is_signed(const std::string& public_key, const std::string& path);

}  // namespace closecheck::cli
