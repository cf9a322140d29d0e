# Lo que lleva cada correo.
letter-hello = Hola:
letter-link = Si el botón no hace nada, copia esta dirección en tu navegador:
letter-foot = { $paper } te envía este correo por tu cuenta o porque alguien nos dio tu dirección. No lleva nada que nos diga si lo lees.
letter-when = Cuándo
letter-device = Dispositivo
letter-test-subject = Una prueba de { $paper }
letter-test-text = Este correo se ha enviado para ver si llegan los correos del periódico. Llegan.
