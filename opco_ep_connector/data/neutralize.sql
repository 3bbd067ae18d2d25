-- A copy of a database sends nothing: no secret, no active connection.
UPDATE opco_connection
   SET sealed_api_key = NULL,
       sealed_client_secret = NULL,
       api_key_last_four = NULL,
       api_key_fingerprint = NULL,
       api_key_saved_at = NULL,
       api_key_siret = NULL,
       api_key_issued_at = NULL,
       api_key_expires_at = NULL,
       client_secret_saved_at = NULL,
       test_result = NULL,
       state = 'inactive';
