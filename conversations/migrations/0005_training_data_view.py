from django.db import migrations

# The columns of the retail document (requirements, R106), over the one table; its indexes are
# conv_domain_score and conv_category_score.
FORWARDS = """
CREATE VIEW training_data AS
SELECT id,
       domain_id       AS "userId",
       session_id      AS "conversationId",
       pregunta        AS "userMessage",
       respuesta       AS "botResponse",
       history         AS "context",
       NULLIF(product_code, '') AS "productId",
       NULLIF(product, '')      AS "productName",
       NULLIF(category, '')     AS "category",
       score           AS "qualityScore",
       successful      AS "wasSuccessful",
       next_message    AS "userFeedback",
       creado_en       AS "createdAt",
       scored_at       AS "evaluatedAt"
FROM conversaciones_ai;
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_consent_holds_threads_too")]
    operations = [migrations.RunSQL(FORWARDS, "DROP VIEW training_data")]
